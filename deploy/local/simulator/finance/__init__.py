"""The finance system, played: extracts of its documents as CSV."""
