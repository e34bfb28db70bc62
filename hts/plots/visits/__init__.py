"""Figures of long runs over all wells: shares of time, histograms, elimination."""
