"""Microsoft, played: Entra's token endpoint and the managed devices of Graph."""
