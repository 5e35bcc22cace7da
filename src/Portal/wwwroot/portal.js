// Small things that only a browser can do for the pages. No page depends on an inline script.
