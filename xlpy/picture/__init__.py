"""What pictures of guests and their host show, before it is drawn."""
