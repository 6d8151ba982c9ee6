"""From input to commitment and back: what became of an idea, whose voices a clause rests on, the river, news.

Nothing is stored here: lineage is read from the rows of the stages, as they stand, for whoever asks.
"""
