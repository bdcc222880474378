/* A stand-in for NVIDIA's driver library, for machines without a GPU. It has the cards whose compute
 * capabilities STAND_IN_CARDS lists, such as "6.1 8.9", shows those that CUDA_VISIBLE_DEVICES names,
 * supports the CUDA of STAND_IN_CUDA, fails to start with the error STAND_IN_ERROR, and computes
 * nothing. Linked as libcuda.so.1 it also lets libmxnet.so of mxnet-cu112 load. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UUID "GPU-00000000-0000-0000-0000-"
enum { SUCCESS = 0, NO_DEVICE = 100, MOST = 16 };
static int capability[MOST][2], visible[MOST], count;

static const char *given(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value ? value : otherwise;
}

int cuDriverGetVersion(int *version) { *version = atoi(given("STAND_IN_CUDA", "12020")); return SUCCESS; }

int cuInit(unsigned flags) {
    const char *cards = given("STAND_IN_CARDS", ""), *shown = getenv("CUDA_VISIBLE_DEVICES");
    int error = atoi(given("STAND_IN_ERROR", "0")), all = 0, used, number;
    (void)flags;
    if (error) return error;
    for (; all < MOST && sscanf(cards, " %d.%d%n", &capability[all][0], &capability[all][1], &used) == 2; all++)
        cards += used;
    if (shown) /* as the driver does: the list ends at the first number or UUID that there is not */
        for (; (sscanf(shown, "%d%n", &number, &used) == 1 || sscanf(shown, UUID "%x%n", &number, &used) == 1)
               && number >= 0 && number < all; shown += *shown == ',') {
            visible[count++] = number;
            shown += used;
        }
    else
        for (; count < all; count++) visible[count] = count;
    return count ? SUCCESS : NO_DEVICE;
}

int cuDeviceGetCount(int *n) { *n = count; return SUCCESS; }

int cuDeviceGet(int *device, int i) {
    if (i < 0 || i >= count) return NO_DEVICE;
    *device = visible[i];
    return SUCCESS;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
    switch (attribute) {
    case 75: case 76: *value = capability[device][attribute - 75]; break; /* major, minor */
    case 33: *value = 0x1a + device; break; /* the PCI bus */
    default: *value = 0; /* its domain, the device on it */
    }
    return SUCCESS;
}

int cuDeviceGetUuid(char *uuid, int device) {
    memset(uuid, 0, 16);
    uuid[15] = device;
    return SUCCESS;
}

int cuDeviceGetName(char *name, int size, int device) {
    snprintf(name, size, "Stand-in %d", device);
    return SUCCESS;
}

/* What else libmxnet.so looks for when it is loaded. */
int cuGetErrorString() { return NO_DEVICE; }
int cuModuleLoadData() { return NO_DEVICE; }
int cuModuleLoadDataEx() { return NO_DEVICE; }
int cuModuleGetFunction() { return NO_DEVICE; }
int cuModuleUnload() { return NO_DEVICE; }
int cuLaunchKernel() { return NO_DEVICE; }
int cuDevicePrimaryCtxRetain() { return NO_DEVICE; }
int cuGraphNodeGetType() { return NO_DEVICE; }
int cuGraphKernelNodeGetParams() { return NO_DEVICE; }
