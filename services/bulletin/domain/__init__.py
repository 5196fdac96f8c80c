"""The bulletin's rules: what an edition is, how facts become one, what it lacks, when it is due."""
