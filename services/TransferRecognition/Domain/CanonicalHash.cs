namespace Pathways.TransferRecognition.Domain;

/// <summary>
/// SHA-256, hex, over the canonical JSON (RFC 8785) of a value: what two parties sign, and what anyone can recompute.
/// Given to the deciders, so that they stay free of serialisation.
/// </summary>
public delegate string CanonicalHash(object value);
