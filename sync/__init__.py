"""The till's side of syncing: facts up, the hub's data down."""
