"""What templates of contributions need beside what Django has."""
