# In the folder of this package. Upload; an adapter cannot be changed afterwards, and another one needs another name.
npx wrangler ai finetune create {{ served_on }} {{ name }} adapter

# The same through the REST API, with a token that may edit Workers AI.
API="https://api.cloudflare.com/client/v4/accounts/$ACCOUNT_ID/ai"
curl -X POST "$API/finetunes" -H "Authorization: Bearer $API_TOKEN" -H 'Content-Type: application/json' \
  -d '{"model": "{{ served_on }}", "name": "{{ name }}"}'    # result.id is FINETUNE_ID
for FILE in adapter_model.safetensors adapter_config.json; do
  curl -X POST "$API/finetunes/$FINETUNE_ID/finetune-assets" -H "Authorization: Bearer $API_TOKEN" \
    -F "file_name=$FILE" -F "file=@adapter/$FILE"
done

# Call it; `raw` skips the template of the service, and `prompt` is what the model was trained on.
jq '{prompt: .text, raw: true, lora: "{{ name }}", temperature: 0, max_tokens: {{ max_tokens }}}' prompt.json |
  curl "$API/run/{{ served_on }}" -H "Authorization: Bearer $API_TOKEN" -d @-

# Is the adapter in use? Base and adapter must not answer alike: zero differences are an error.
winnow verify-adapter {{ run_argument }} --prompts prompts.jsonl --count 20
ask() {
  while read -r ROW; do
    jq "{prompt: .text, raw: true, temperature: 0, max_tokens: {{ max_tokens }}} $1" <<<"$ROW" |
      curl -s "$API/run/{{ served_on }}" -H "Authorization: Bearer $API_TOKEN" -d @- |
      jq -c --argjson row "$ROW" '{id: $row.id, answer: .result.response}'
  done <prompts.jsonl
}
ask '' >base.jsonl
ask '+ {lora: "{{ name }}"}' >adapter.jsonl
winnow verify-adapter {{ run_argument }} --file base.jsonl --file adapter.jsonl
{% for code, meaning in errors.items() %}
# Error {{ code }}: {{ meaning }}.
{% endfor %}

# Record where it answers.
winnow deploy {{ run_argument }} --target cloudflare --remote-id {{ name }} --by NAME --reason TEXT
