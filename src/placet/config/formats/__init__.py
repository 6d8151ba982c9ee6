"""How dates are written where Django's own form would mislead: 11/01 is no date for an alliance."""
