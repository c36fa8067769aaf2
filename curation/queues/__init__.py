"""What people should see next, out to Argilla and back: queues, pushes, answers."""
