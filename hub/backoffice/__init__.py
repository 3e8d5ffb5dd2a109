"""The back office: the pages at /admin where the people who run the shop see and change everything."""
