"""What several rules ask of a guest: its disks, screens, CPUs, amounts, words."""
