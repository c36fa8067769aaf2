"""Words of languages that change what a request asks for, one file a language."""
