"""The rapporteur's work: points gathered and grouped, takeaways drafted, the report published, followed."""
