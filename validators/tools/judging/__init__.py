"""How an answer of a model is compared with the expected one: text, values, arguments, calls and behavior."""
