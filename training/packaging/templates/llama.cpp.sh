# In the folder of this package, with the scripts and programs of llama.cpp.
BASE={{ base_path }}
{% if base_is_gguf %}
GGUF="$BASE"
{% else %}
GGUF=base.gguf
python convert_hf_to_gguf.py "$BASE" --outfile "$GGUF" --outtype bf16
{% endif %}
python convert_lora_to_gguf.py adapter --base base_config --outfile {{ name }}.gguf --outtype bf16
llama-server -m "$GGUF" --lora {{ name }}.gguf --alias {{ name }} --jinja -c {{ context }} --port 8080

# Call it.
jq '{model: "{{ name }}", messages: .messages, temperature: 0, max_tokens: {{ max_tokens }}}' prompt.json |
  curl http://localhost:8080/v1/chat/completions -H 'Content-Type: application/json' -d @-

# Is the adapter in use? Its answers are compared with those of the base model on this machine.
winnow verify-adapter {{ run_argument }} --endpoint http://localhost:8080/v1 --model {{ name }}

# Record where it answers.
winnow deploy {{ run_argument }} --target llama.cpp --remote-id {{ name }} --by NAME --reason TEXT
