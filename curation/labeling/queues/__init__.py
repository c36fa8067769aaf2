"""The queues, one file each; QUEUES lists them."""
