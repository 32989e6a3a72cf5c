#include "complaints.h"

int main(int argc, char **argv)
{
    return service_main(argc, argv, &complaints);
}
