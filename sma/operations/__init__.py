"""What the person who runs the system looks at: health, metrics, effects that need a hand. Read-only but for retry."""
