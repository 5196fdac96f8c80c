"""The printing of brochures: QR code, cover, contents and summaries as a PDF; the board of who still owes one."""
