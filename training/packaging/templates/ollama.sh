# In the folder of this package, with the scripts and programs of llama.cpp. `model` holds merged weights.
python convert_hf_to_gguf.py model --outfile {{ name }}-bf16.gguf --outtype bf16
llama-quantize {{ name }}-bf16.gguf {{ name }}-Q4_K_M.gguf Q4_K_M
ollama create {{ name }} -f Modelfile

# Call it.
jq '{model: "{{ name }}", messages: .messages, stream: false}' prompt.json |
  curl http://localhost:11434/api/chat -d @-

# Does it answer like the adapter? Quantized weights differ a little: evaluate its answers as those of another system.
winnow verify-adapter {{ run_argument }} --endpoint http://localhost:11434/v1 --model {{ name }}

# Record where it answers.
winnow deploy {{ run_argument }} --target ollama --remote-id {{ name }} --by NAME --reason TEXT
