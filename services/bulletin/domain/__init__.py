"""The bulletin's rules: what an edition is, how facts become one, when it is due."""
