"""Read logs of gateways: a request to a model and its response, in the bodies that the providers define."""
