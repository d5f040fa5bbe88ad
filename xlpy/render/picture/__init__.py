"""Pictures of guests and their host: dot, mermaid, svg, html, png."""
