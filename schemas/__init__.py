"""The contracts: what travels between services, as frozen types, and nothing else."""
