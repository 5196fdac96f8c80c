"""The bulletin. Hears every fact, folds a session's facts into one edition, prints it within a day, delivers it."""
