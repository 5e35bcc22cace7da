// Small programs that an emulated processor is measured with, each the size of a hot loop of real ones. Compiled twice for i686: for native.cpp, which runs it on
// the host, and as a disk that boots on bare metal, the same in our machine, in QEMU and in Bochs. KERNEL chooses one, ROUNDS how often it runs.
typedef unsigned int u32;
typedef unsigned char u8;
typedef unsigned long long u64;

#define HEAP ((u8*)0x400000)

#ifdef NATIVE
__asm__(".section .entry, \"ax\"; jmp main_on_host; .text");
#else
// Sector 0 reads the rest of the disk behind itself and goes to protected mode; sector 1 is where a machine that loads by itself begins. Memory is mapped one
// to one by pages of 4 MiB, and SSE is switched on.
__asm__(R"(
    .section .boot, "ax"
    .code16
    cli
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov $0x7c00, %sp
    mov %dl, drive
    movw $1, sector
    mov $0x7e00, %bx
1:  mov sector, %ax
    xor %dx, %dx
    mov $18, %cx
    div %cx
    mov %dl, %cl
    inc %cl
    xor %dx, %dx
    mov $2, %si
    div %si
    mov %al, %ch
    mov %dl, %dh
    mov drive, %dl
    mov $0x0201, %ax
    int $0x13
    jc 1b
    add $512, %bx
    incw sector
    cmpw $48, sector
    jne 1b
    lgdt table
    mov %cr0, %eax
    or $1, %al
    mov %eax, %cr0
    ljmp $8, $2f
drive: .byte 0
sector: .word 0
    .balign 8
entries:
    .quad 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
table:
    .word 23
    .long entries
    .code32
2:  mov $16, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    jmp begin
    .org 510
    .word 0xAA55
begin:
    mov $0x70000, %esp
    mov $0x50000, %edi
    mov $0x83, %eax
3:  mov %eax, (%edi)
    add $4, %edi
    add $0x400000, %eax
    jnc 3b
    mov $0x50000, %eax
    mov %eax, %cr3
    mov $0x610, %eax
    mov %eax, %cr4
    mov $0x80010033, %eax
    mov %eax, %cr0
    fninit
    call main_on_metal
4:  cli
    hlt
    jmp 4b
    .text
)");
#endif

static u32 seed = 12345;
static inline u32 next() { return seed = seed * 1664525 + 1013904223; }

#if KERNEL == 0
static const char* name = "empty";
static u32 run() { return 1; }
#elif KERNEL == 1
static const char* name = "crc";
static u32 run()
{
    u32* table = (u32*)HEAP;
    u8* text = HEAP + 4096;
    for (u32 n = 0; n < 256; n++)
    {
        u32 value = n;
        for (int bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
        table[n] = value;
    }
    for (u32 n = 0; n < 1 << 16; n++) text[n] = (u8)(next() >> 24);
    u32 sum = ~0u;
    for (int times = 0; times < 200; times++)
        for (u32 n = 0; n < 1 << 16; n++) sum = table[(sum ^ text[n]) & 255] ^ (sum >> 8);
    return ~sum;
}
#elif KERNEL == 2
static const char* name = "sieve";
static u32 run()
{
    const u32 size = 1 << 20;
    u8* flags = HEAP;
    u32 count = 0;
    for (int times = 0; times < 4; times++)
    {
        count = 0;
        for (u32 n = 0; n < size; n++) flags[n] = 1;
        for (u32 n = 2; n < size; n++)
        {
            if (!flags[n]) continue;
            count++;
            for (u32 m = n + n; m < size; m += n) flags[m] = 0;
        }
    }
    return count;
}
#elif KERNEL == 3
static const char* name = "sort";
static void sort(int* values, int low, int high)
{
    while (low < high)
    {
        int pivot = values[(low + high) >> 1], i = low, j = high;
        while (i <= j)
        {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i <= j) { int t = values[i]; values[i++] = values[j]; values[j--] = t; }
        }
        sort(values, low, j);
        low = i;
    }
}
static u32 run()
{
    int* values = (int*)HEAP;
    for (u32 n = 0; n < 300000; n++) values[n] = (int)next();
    sort(values, 0, 299999);
    u32 sum = 0;
    for (u32 n = 0; n < 300000; n++) sum = sum * 31 + (u32)values[n];
    return sum;
}
#elif KERNEL == 4
static const char* name = "fib";
static u32 __attribute__((noinline)) fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static u32 run() { return fib(30); }
#elif KERNEL == 5
static const char* name = "matrix";
static u32 run()
{
    const int n = 96;
    int (*a)[n] = (int (*)[n])HEAP, (*b)[n] = a + n, (*c)[n] = b + n;
    for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { a[i][j] = (int)next() >> 20; b[i][j] = (int)next() >> 20; }
    u32 sum = 0;
    for (int times = 0; times < 12; times++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                int total = 0;
                for (int k = 0; k < n; k++) total += a[i][k] * b[k][j];
                c[i][j] = total;
                sum += (u32)total;
            }
    return sum;
}
#elif KERNEL == 6
static const char* name = "calls";
static u32 __attribute__((noinline)) f0(u32 x) { return x + 1; }
static u32 __attribute__((noinline)) f1(u32 x) { return x ^ 0x55; }
static u32 __attribute__((noinline)) f2(u32 x) { return x * 3; }
static u32 __attribute__((noinline)) f3(u32 x) { return x >> 1; }
static u32 (*const volatile table[4])(u32) = { f0, f1, f2, f3 };
static u32 run()
{
    u32 x = 1;
    for (u32 n = 0; n < 3000000; n++) x = table[(n ^ (n >> 3)) & 3](x);
    return x;
}
#elif KERNEL == 7
static const char* name = "list";
struct Node { Node* next; u32 value; };
static u32 run()
{
    const u32 count = 65536;
    Node* nodes = (Node*)HEAP;
    u32* order = (u32*)(nodes + count);
    for (u32 n = 0; n < count; n++) { order[n] = n; nodes[n].value = next(); }
    for (u32 n = count - 1; n > 0; n--) { u32 m = next() % (n + 1), t = order[n]; order[n] = order[m]; order[m] = t; }
    for (u32 n = 0; n < count; n++) nodes[order[n]].next = &nodes[order[(n + 1) & (count - 1)]];
    u32 sum = 0;
    Node* at = nodes;
    for (u32 n = 0; n < 8000000; n++) { sum += at->value; at = at->next; }
    return sum;
}
#elif KERNEL == 8
static const char* name = "div";
static u32 run()
{
    u32 sum = 0, x = 0x12345678;
    for (u32 n = 1; n < 5000000; n++) { x = x * 69069 + 1; sum += x / (n | 1) + x % (n | 3); }
    return sum;
}
#elif KERNEL == 9
static const char* name = "x87";
static u32 run()
{
    u32 sum = 0;
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
        {
            double cr = x / 24.0 - 2, ci = y / 20.0 - 1.2, zr = 0, zi = 0;
            int n = 0;
            for (; n < 100 && zr * zr + zi * zi < 4; n++) { double t = zr * zr - zi * zi + cr; zi = 2 * zr * zi + ci; zr = t; }
            sum += (u32)n;
        }
    return sum;
}
#elif KERNEL == 10
static const char* name = "sse";
typedef float v4 __attribute__((vector_size(16)));
static u32 run()
{
    v4* a = (v4*)HEAP;
    for (u32 n = 0; n < 1024; n++) a[n] = (v4){ (float)n, n * 0.5f, n * 0.25f, 1.0f };
    v4 sum = { 0, 0, 0, 0 };
    const v4 scale = { 1.0001f, 0.9999f, 1.00005f, 0.5f };
    for (int times = 0; times < 40; times++)
        for (u32 n = 0; n < 1024; n++) { sum = sum * scale + a[n]; a[n] = a[n] + scale; }
    union { v4 v; u32 w[4]; } u = { sum };
    return u.w[0] ^ u.w[1] ^ u.w[2] ^ u.w[3];
}
#elif KERNEL == 11
static const char* name = "movs";
static u32 run()
{
    u32* from = (u32*)HEAP;
    u32* to = from + (1 << 20);
    for (u32 n = 0; n < 1 << 20; n++) from[n] = next();
    for (int times = 0; times < 20; times++)
    {
        void* d = to;
        const void* s = from;
        u32 count = 1 << 20;
        __asm__ volatile("rep movsl" : "+D"(d), "+S"(s), "+c"(count) : : "memory");
    }
    return to[12345] ^ to[(1 << 20) - 1];
}
#endif

static u32 all()
{
    u32 result = 0;
    for (int n = 0; n < ROUNDS; n++) result = result * 31 + run();
    return result;
}

#ifdef NATIVE
static char* words = (char*)0x3F0000;
static void put(char c) { *words++ = c; }
#else
static void out(u32 port, u8 value) { __asm__ volatile("outb %%al, %%dx" : : "a"(value), "d"(port)); }
static void put(char c) { out(0xE9, (u8)c); }
#endif

static void tell(u32 result)
{
    for (const char* c = name; *c; c++) put(*c);
    put(' ');
    for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[(result >> shift) & 15]);
    put('\n');
}

#ifdef NATIVE
extern "C" __attribute__((force_align_arg_pointer)) void main_on_host() { tell(all()); }
#else
// How each of the others is told to end: QEMU by its exit device, Bochs by a word on a port. Ours sees the halt.
extern "C" void main_on_metal()
{
    u32 result = all();
    *(volatile u32*)0x6000 = result;
    tell(result);
    out(0xF4, 0);
    for (const char* c = "Shutdown"; *c; c++) out(0x8900, (u8)*c);
}
#endif
