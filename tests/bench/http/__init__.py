"""What the front door can do: tokens a second, interviews in writing at a time, limits over two replicas."""
