"""Method `adapter`: LoRA on a causal language model that learns exactly the answers."""
