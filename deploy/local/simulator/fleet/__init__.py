"""The devices and the people who hold them: pure, seeded, the same for the same seed."""
