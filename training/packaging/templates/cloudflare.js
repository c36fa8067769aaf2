// A Worker with the binding AI. `prompt` is the text that the model was trained on: prompt.json has an example.
const answer = await env.AI.run("{{ served_on }}", {
  prompt: text,
  raw: true, // the service applies no template of its own
  lora: "{{ name }}", // the name or the id of the adapter
  temperature: 0,
  max_tokens: {{ max_tokens }},
});
