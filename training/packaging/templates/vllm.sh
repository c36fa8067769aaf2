# In the folder of this package. The name before `=` is the model of a request.
BASE={{ base_path }}
vllm serve "$BASE" --enable-lora --max-lora-rank {{ reserved_rank }} --lora-modules {{ name }}=./adapter

# Call it.
jq '{model: "{{ name }}", messages: .messages, temperature: 0, max_tokens: {{ max_tokens }}}' prompt.json |
  curl http://localhost:8000/v1/chat/completions -H 'Content-Type: application/json' -d @-

# Is the adapter in use? vLLM answers with the base model, and says nothing, where names do not match.
winnow verify-adapter {{ run_argument }} --endpoint http://localhost:8000/v1 --model {{ name }} --base "$BASE"

# Record where it answers.
winnow deploy {{ run_argument }} --target vllm --remote-id {{ name }} --by NAME --reason TEXT
