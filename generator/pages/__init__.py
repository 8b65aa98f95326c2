"""Pages: records to Markdown through Jinja templates."""
