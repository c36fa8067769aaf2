"""What training an adapter takes, computed from the shape of the base model: parameters, bytes, memory."""
