"""What the commands that plan, apply and draw have in common."""
