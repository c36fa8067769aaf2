"""Labels as names: which of them look alike, name no label, or are two levels in one."""
