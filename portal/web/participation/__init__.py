"""Who takes part in a case: verticals, workers, who leads; and the answers these need from others."""
