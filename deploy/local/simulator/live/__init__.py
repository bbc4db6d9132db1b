"""What happens while the scenario runs: one step after another, each decided by the seed and its number."""
