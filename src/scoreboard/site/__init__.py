"""The static site: pages, charts, downloads and feeds, made from the registries and the tables."""
