"""From a change to a request that was answered: bodies, headers, retries, and the mischief on the way."""
