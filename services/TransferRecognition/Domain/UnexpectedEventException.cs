namespace Pathways.TransferRecognition.Domain;

/// <summary>A stream holds an event that its state does not know: a fault, never skipped.</summary>
public sealed class UnexpectedEventException(object @event) : Exception($"'{@event.GetType().Name}' has no place in this stream.");
