"""Complete stand-ins for vendors. Redis and LiveKit are never faked."""
