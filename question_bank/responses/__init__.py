"""How people answer, learnt from calls: a model that replaces the tables an editor guessed."""
