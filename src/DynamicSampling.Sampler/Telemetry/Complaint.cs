namespace DynamicSampling.Sampler.Telemetry;

/// <summary>Says that something does not work when it begins, and that it works again; not that it still does not.</summary>
internal sealed class Complaint(Action<string> begins, Action? ends = null)
{
    private bool _isOpen;

    public void Raise(string reason)
    {
        if (_isOpen)
            return;
        _isOpen = true;
        begins(reason);
    }

    public void Settle()
    {
        if (_isOpen)
            ends?.Invoke();
        _isOpen = false;
    }
}
