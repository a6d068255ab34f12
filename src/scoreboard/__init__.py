"""The Open Model Scoreboard: figures about open-weight models, each traceable to dated rows."""
