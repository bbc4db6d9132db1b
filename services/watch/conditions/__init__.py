"""The conditions: pure rules, one file each. Each judges the present facts and says what, if anything, is wrong."""
