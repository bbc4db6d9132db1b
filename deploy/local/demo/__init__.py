"""`make demo`: the whole flow without a keyboard, told as a conversation and checked as it goes."""
