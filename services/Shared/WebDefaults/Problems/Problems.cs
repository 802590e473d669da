using Pathways.Kernel;

namespace Pathways.WebDefaults;

public static class Problems
{
    public static Problem ToProblem(this Rejection rejection) => Problem.From(rejection);
}
