/* What is done for each single item, in C: `per_item.py` says what it is and does the same.

Only the way that nearly every item takes is here; all else is left to methods of Python. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <limits.h>
#include <stddef.h>
#include <time.h>

typedef struct {
    PyTypeObject *box;
    PyTypeObject *lane;
    PyTypeObject *lane_holder;
    PyTypeObject *next_item;
    PyObject *perf_counter_ns;
    PyObject *stop; /* a StopIteration that is used again */
    PyObject *append, *exhausted, *filled, *next, *popleft, *send, *send_nowait;
} State;

static struct PyModuleDef per_item_module;

static State *
state_of(PyTypeObject *type)
{
    return PyModule_GetState(PyType_GetModuleByDef(type, &per_item_module));
}

/* What the garbage collector asks of a type whose objects keep others. */
#define COLLECTED(prefix, Type, KEEPS)                  \
    static int prefix##_traverse(Type *self, visitproc visit, void *arg) \
    {                                                   \
        KEEPS(Py_VISIT)                                 \
        Py_VISIT(Py_TYPE(self));                        \
        return 0;                                       \
    }                                                   \
    static int prefix##_clear(Type *self)               \
    {                                                   \
        KEEPS(Py_CLEAR)                                 \
        return 0;                                       \
    }                                                   \
    static void prefix##_dealloc(Type *self)            \
    {                                                   \
        PyTypeObject *type = Py_TYPE(self);             \
        PyObject_GC_UnTrack(self);                      \
        prefix##_clear(self);                           \
        type->tp_free(self);                            \
        Py_DECREF(type);                                \
    }

#define COLLECTED_SLOTS(prefix)         \
    {Py_tp_traverse, prefix##_traverse}, \
    {Py_tp_clear, prefix##_clear},       \
    {Py_tp_dealloc, prefix##_dealloc}

#define BASE_TYPE (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC)

#define METHOD(name, function, doc)                                                        \
    {name, (PyCFunction)(void (*)(void))function, METH_METHOD | METH_FASTCALL | METH_KEYWORDS, doc}

/* ----------------------------------------------------------------------------------------- Lane */

typedef struct {
    PyObject_HEAD
    PyObject *kinds;
    PyObject *times;
    PyObject *values;
    Py_ssize_t least;
    Py_ssize_t longest;
    Py_ssize_t most;
    Py_ssize_t room;
    Py_ssize_t short_bytes;
    long long late_ns;
    long long offset_ns;
} Lane;

#define LANE_KEEPS(DO) DO(self->kinds); DO(self->times); DO(self->values);
COLLECTED(lane, Lane, LANE_KEEPS)

/* Whether bytes of that length may be put there; they count then. */
static int
fits(Lane *self, Py_ssize_t size)
{
    if (size > self->longest || self->least <= 0)
        return 0;
    self->room -= size - (self->short_bytes - 1);
    self->most = self->room / self->least - (self->room % self->least < 0);
    return 1;
}

static PyObject *
lane_fits(Lane *self, PyObject *size_bytes)
{
    Py_ssize_t size = PyLong_AsSsize_t(size_bytes);
    if (size == -1 && PyErr_Occurred())
        return NULL;
    return PyBool_FromLong(fits(self, size));
}

static PyMethodDef lane_methods[] = {
    {"fits", (PyCFunction)lane_fits, METH_O,
     "Whether bytes of that length, which are not short, may go this way; they count then."},
    {NULL},
};

static PyMemberDef lane_members[] = {
    {"kinds", T_OBJECT_EX, offsetof(Lane, kinds), 0, NULL},
    {"times", T_OBJECT_EX, offsetof(Lane, times), 0, NULL},
    {"values", T_OBJECT_EX, offsetof(Lane, values), 0, NULL},
    {"least", T_PYSSIZET, offsetof(Lane, least), 0, NULL},
    {"longest", T_PYSSIZET, offsetof(Lane, longest), 0, NULL},
    {"most", T_PYSSIZET, offsetof(Lane, most), 0, NULL},
    {"room", T_PYSSIZET, offsetof(Lane, room), 0, NULL},
    {"short", T_PYSSIZET, offsetof(Lane, short_bytes), 0, NULL},
    {"late_ns", T_LONGLONG, offsetof(Lane, late_ns), 0, NULL},
    {"offset_ns", T_LONGLONG, offsetof(Lane, offset_ns), 0, NULL},
    {NULL},
};

static PyType_Slot lane_slots[] = {
    {Py_tp_doc, "The short way into a batch."},
    COLLECTED_SLOTS(lane),
    {Py_tp_methods, lane_methods},
    {Py_tp_members, lane_members},
    {0, NULL},
};

static PyType_Spec lane_spec = {
    .name = "stream_core.per_item.Lane",
    .basicsize = sizeof(Lane),
    .flags = BASE_TYPE,
    .slots = lane_slots,
};

/* ----------------------------------------------------------------------------------- LaneHolder */

typedef struct {
    PyObject_HEAD
    PyObject *lane;
    char overdue;
} LaneHolder;

#define HOLDER_KEEPS(DO) DO(self->lane);
COLLECTED(holder, LaneHolder, HOLDER_KEEPS)

static PyMemberDef holder_members[] = {
    {"lane", T_OBJECT, offsetof(LaneHolder, lane), 0, NULL},
    {"overdue", T_BOOL, offsetof(LaneHolder, overdue), 0, NULL},
    {NULL},
};

static PyType_Slot holder_slots[] = {
    {Py_tp_doc, "What has a lane now and then."},
    COLLECTED_SLOTS(holder),
    {Py_tp_members, holder_members},
    {0, NULL},
};

static PyType_Spec holder_spec = {
    .name = "stream_core.per_item.LaneHolder",
    .basicsize = sizeof(LaneHolder),
    .flags = BASE_TYPE,
    .slots = holder_slots,
};

/* ----------------------------------------------------------------------------------- LaneSender */

typedef struct {
    PyObject_HEAD
    PyObject *outlet;
    PyObject *ready;
} LaneSender;

#define LANE_SENDER_KEEPS(DO) DO(self->outlet); DO(self->ready);
COLLECTED(lane_sender, LaneSender, LANE_SENDER_KEEPS)

/* The clock of `time.perf_counter_ns`. */
static int
read_clock(State *state, long long *now_ns)
{
    (void)state;
#if PY_VERSION_HEX >= 0x030D0000
    PyTime_t now;
    if (PyTime_PerfCounter(&now) < 0)
        return -1;
    *now_ns = now;
    return 0;
#elif defined(__linux__)
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    *now_ns = now.tv_sec * 1000000000LL + now.tv_nsec;
    return 0;
#else
    PyObject *now = PyObject_CallNoArgs(state->perf_counter_ns);
    if (now == NULL)
        return -1;
    *now_ns = PyLong_AsLongLong(now);
    Py_DECREF(now);
    return *now_ns == -1 && PyErr_Occurred() ? -1 : 0;
#endif
}

/* The time of now until that of the clock: 1: it is there, 0: it is later, or has no room in 64
bits, -1: an error. */
static int
read_time(
    State *state, long long until_ns, long long offset_ns, long long *now_ns, PyObject **time_ns
)
{
    if (read_clock(state, now_ns) < 0)
        return -1;
    if (*now_ns >= until_ns || (offset_ns > 0 && *now_ns > LLONG_MAX - offset_ns))
        return 0;
    *time_ns = PyLong_FromLongLong(*now_ns + offset_ns);
    return *time_ns == NULL ? -1 : 1;
}

/* Whether a value is of one of these kinds; -1: an error. Its metaclass may have Python called. */
static int
is_of(PyObject *kinds, PyObject *value)
{
    if (kinds == NULL)
        return 0;
    Py_INCREF(kinds);
    int is = PySet_Contains(kinds, (PyObject *)Py_TYPE(value));
    Py_DECREF(kinds);
    return is;
}

/* Whether a value may take the lane; -1: an error. */
static int
may_take(Lane *lane, PyObject *value)
{
    if (!PyBytes_CheckExact(value))
        return is_of(lane->kinds, value);
    Py_ssize_t size = PyBytes_GET_SIZE(value);
    return size < lane->short_bytes || fits(lane, size);
}

/* Append a value: 1: it is there, 0: it was refused as too large, -1: an error. */
static int
append_value(State *state, PyObject *values, PyObject *value)
{
    if (PyList_CheckExact(values))
        return PyList_Append(values, value) < 0 ? -1 : 1;
    PyObject *none = PyObject_CallMethodOneArg(values, state->append, value);
    if (none == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_OverflowError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(none);
    return 1;
}

/* Put an item into a lane: 1: it is there, 0: it may not go this way, -1: an error.

What is called may change the lane, so all is read after that. */
static int
append_item(State *state, LaneHolder *holder, Lane *lane, PyObject *value, int *full)
{
    int may = may_take(lane, value);
    if (may <= 0)
        return may;
    PyObject *values = lane->values, *times = lane->times, *time_ns;
    if (values == NULL || times == NULL || !PyList_CheckExact(times))
        return 0;
    long long now_ns;
    may = read_time(state, LLONG_MAX, lane->offset_ns, &now_ns, &time_ns);
    if (may <= 0)
        return may;
    Py_INCREF(values);
    Py_INCREF(times);
    int taken = append_value(state, values, value);
    if (taken > 0 && PyList_Append(times, time_ns) < 0) {
        taken = -1;
        PySequence_DelItem(values, -1);
    }
    if (taken > 0) {
        Py_ssize_t count = PyObject_Size(values);
        if (count < 0)
            taken = -1;
        *full = count >= lane->most;
    }
    Py_DECREF(time_ns);
    Py_DECREF(times);
    Py_DECREF(values);
    if (now_ns > lane->late_ns)
        holder->overdue = 1;
    return taken;
}

/* Put an item into a holder's lane; what it returns is that of `append_item`. */
static int
fill_lane(State *state, PyObject *holder, PyObject *value)
{
    if (holder == NULL || !PyObject_TypeCheck(holder, state->lane_holder))
        return 0;
    PyObject *lane = ((LaneHolder *)holder)->lane;
    if (lane == NULL || !PyObject_TypeCheck(lane, state->lane))
        return 0;
    int full = 0;
    Py_INCREF(holder);
    Py_INCREF(lane);
    int taken = append_item(state, (LaneHolder *)holder, (Lane *)lane, value, &full);
    Py_DECREF(lane);
    if (taken > 0 && full) {
        PyObject *none = PyObject_CallMethodNoArgs(holder, state->filled);
        Py_XDECREF(none);
        taken = none == NULL ? -1 : 1;
    }
    Py_DECREF(holder);
    return taken;
}

/* Call the method of that name with the arguments of another one. */
static PyObject *
pass_on(
    PyObject *self, PyObject *method, PyObject *const *arguments, Py_ssize_t count, PyObject *names
)
{
    Py_ssize_t all = count + (names == NULL ? 0 : PyTuple_GET_SIZE(names));
    PyObject **with_self = PyMem_New(PyObject *, all + 1);
    if (with_self == NULL)
        return PyErr_NoMemory();
    with_self[0] = self;
    for (Py_ssize_t index = 0; index < all; index++)
        with_self[index + 1] = arguments[index];
    PyObject *result = PyObject_VectorcallMethod(method, with_self, count + 1, names);
    PyMem_Free(with_self);
    return result;
}

static PyObject *
lane_sender_send_nowait(
    LaneSender *self, PyTypeObject *type, PyObject *const *arguments, Py_ssize_t count,
    PyObject *names
)
{
    State *state = PyType_GetModuleState(type);
    if (count == 1 && names == NULL) {
        int done = fill_lane(state, self->outlet, arguments[0]);
        if (done > 0)
            Py_RETURN_TRUE;
        if (done < 0)
            return NULL;
    }
    return pass_on((PyObject *)self, state->send_nowait, arguments, count, names);
}

static PyMemberDef lane_sender_members[] = {
    {"_outlet", T_OBJECT_EX, offsetof(LaneSender, outlet), 0, NULL},
    {"ready", T_OBJECT_EX, offsetof(LaneSender, ready), 0,
     "Whether `send_nowait` would take an item, and the loop has had its turns."},
    {NULL},
};

PyDoc_STRVAR(
    send_nowait_doc,
"send_nowait($self, value, *, time_ns=None)\n"
"--\n"
"\n"
"Send an item, if that is possible at once.\n"
"\n"
"Args:\n"
"    value: any object, array or sample; taken as it is now.\n"
"    time_ns: its time in the server's clock; None: now.\n"
"\n"
"Returns:\n"
"    False if nobody reads, or if the item was given up because the channel is paused, the\n"
"    link is down or the outbox is full; its readers hear of that.\n"
"\n"
"Raises:\n"
"    InvalidValue: it cannot be encoded.\n"
"    ChannelClosed: the channel has ended.");

static PyMethodDef lane_sender_methods[] = {
    METHOD("send_nowait", lane_sender_send_nowait, send_nowait_doc),
    {NULL},
};

static PyType_Slot lane_sender_slots[] = {
    {Py_tp_doc, "Sends items one by one."},
    COLLECTED_SLOTS(lane_sender),
    {Py_tp_members, lane_sender_members},
    {Py_tp_methods, lane_sender_methods},
    {0, NULL},
};

static PyType_Spec lane_sender_spec = {
    .name = "stream_core.per_item.LaneSender",
    .basicsize = sizeof(LaneSender),
    .flags = BASE_TYPE,
    .slots = lane_sender_slots,
};

/* ---------------------------------------------------------------------------- Box and BoxSender */

typedef struct {
    PyObject_HEAD
    PyObject *items;
    PyObject *plain_kinds;
    Py_ssize_t plain_short;
    long long holds_until_ns;
    long long offset_ns;
    char attentive;
} Box;

#define BOX_KEEPS(DO) DO(self->items); DO(self->plain_kinds);
COLLECTED(box, Box, BOX_KEEPS)

/* Put an item where nobody need be told of it: 1: it is there, 0: more is needed, -1: an error.

Between the look at the box and its last append no other thread comes. */
static int
put_plain(State *state, Box *box, PyObject *value)
{
    int may = PyBytes_CheckExact(value) ? PyBytes_GET_SIZE(value) < box->plain_short
                                        : is_of(box->plain_kinds, value);
    if (may <= 0)
        return may;
    if (box->attentive || !box->items || !PyList_CheckExact(box->items))
        return 0;
    long long now_ns;
    PyObject *time_ns;
    may = read_time(state, box->holds_until_ns, box->offset_ns, &now_ns, &time_ns);
    if (may <= 0)
        return may;
    Py_ssize_t count = PyList_GET_SIZE(box->items);
    int failed = PyList_Append(box->items, value) < 0;
    if (!failed && PyList_Append(box->items, time_ns) < 0) {
        failed = 1;
        PyList_SetSlice(box->items, count, count + 1, NULL);
    }
    Py_DECREF(time_ns);
    return failed ? -1 : 1;
}

static PyMemberDef box_members[] = {
    {"_items", T_OBJECT_EX, offsetof(Box, items), 0, NULL},
    {"_plain_kinds", T_OBJECT_EX, offsetof(Box, plain_kinds), 0, NULL},
    {"_plain_short", T_PYSSIZET, offsetof(Box, plain_short), 0, NULL},
    {"_holds_until_ns", T_LONGLONG, offsetof(Box, holds_until_ns), 0, NULL},
    {"_offset_ns", T_LONGLONG, offsetof(Box, offset_ns), 0, NULL},
    {"_attentive", T_BOOL, offsetof(Box, attentive), 0, NULL},
    {NULL},
};

static PyType_Slot box_slots[] = {
    {Py_tp_doc, "Items on their way to a loop, and what is put there without a look."},
    COLLECTED_SLOTS(box),
    {Py_tp_members, box_members},
    {0, NULL},
};

static PyType_Spec box_spec = {
    .name = "stream_core.per_item.Box",
    .basicsize = sizeof(Box),
    .flags = BASE_TYPE,
    .slots = box_slots,
};

typedef struct {
    PyObject_HEAD
    PyObject *outbox;
} BoxSender;

#define BOX_SENDER_KEEPS(DO) DO(self->outbox);
COLLECTED(box_sender, BoxSender, BOX_SENDER_KEEPS)

static PyObject *
put_or_pass_on(
    State *state, BoxSender *self, PyObject *method, PyObject *const *arguments, Py_ssize_t count,
    PyObject *names
)
{
    PyObject *box = self->outbox;
    if (count == 1 && names == NULL && box != NULL && PyObject_TypeCheck(box, state->box)) {
        Py_INCREF(box);
        int done = put_plain(state, (Box *)box, arguments[0]);
        Py_DECREF(box);
        if (done > 0)
            Py_RETURN_TRUE;
        if (done < 0)
            return NULL;
    }
    return pass_on((PyObject *)self, method, arguments, count, names);
}

static PyObject *
box_sender_send(
    BoxSender *self, PyTypeObject *type, PyObject *const *arguments, Py_ssize_t count,
    PyObject *names
)
{
    State *state = PyType_GetModuleState(type);
    return put_or_pass_on(state, self, state->send, arguments, count, names);
}

static PyObject *
box_sender_send_nowait(
    BoxSender *self, PyTypeObject *type, PyObject *const *arguments, Py_ssize_t count,
    PyObject *names
)
{
    State *state = PyType_GetModuleState(type);
    return put_or_pass_on(state, self, state->send_nowait, arguments, count, names);
}

PyDoc_STRVAR(
    send_doc,
"send($self, value, *, time_ns=None, wait_active=False)\n"
"--\n"
"\n"
"Send an item; waits while the channel is paused or the outbox is full.\n"
"\n"
"Args:\n"
"    value: any object, array or sample; taken as it is now.\n"
"    time_ns: its time in the server's clock; None: now.\n"
"    wait_active: wait for a reader, if there is none, and for the link, if that is down.\n"
"\n"
"Returns:\n"
"    False if nobody reads, or the link is down.\n"
"\n"
"Raises:\n"
"    InvalidValue: it cannot be encoded.\n"
"    ChannelClosed: the channel has ended.");

static PyMemberDef box_sender_members[] = {
    {"_outbox", T_OBJECT_EX, offsetof(BoxSender, outbox), 0, NULL},
    {NULL},
};

static PyMethodDef box_sender_methods[] = {
    METHOD("send", box_sender_send, send_doc),
    METHOD("send_nowait", box_sender_send_nowait, send_nowait_doc),
    {NULL},
};

static PyType_Slot box_sender_slots[] = {
    {Py_tp_doc, "Sends items one by one from any thread, by a box."},
    COLLECTED_SLOTS(box_sender),
    {Py_tp_members, box_sender_members},
    {Py_tp_methods, box_sender_methods},
    {0, NULL},
};

static PyType_Spec box_sender_spec = {
    .name = "stream_core.per_item.BoxSender",
    .basicsize = sizeof(BoxSender),
    .flags = BASE_TYPE,
    .slots = box_sender_slots,
};

/* ----------------------------------------------------------------------- ItemIterator, NextItem */

typedef struct {
    PyObject_HEAD
    PyObject *values;
    PyObject *spare; /* a NextItem that has ended, and is used again once nobody else has it */
} ItemIterator;

typedef struct {
    PyObject_HEAD
    ItemIterator *iterator; /* NULL: it has begun */
    PyObject *inner;        /* the coroutine that waits, once there is one */
} NextItem;

#define NEXT_KEEPS(DO) DO(self->iterator); DO(self->inner);
COLLECTED(next, NextItem, NEXT_KEEPS)

/* Make the coroutine that waits, if there is none. */
static int
begin_to_wait(State *state, NextItem *self)
{
    if (self->inner != NULL)
        return 0;
    ItemIterator *iterator = self->iterator;
    if (iterator == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "cannot reuse already awaited __anext__()");
        return -1;
    }
    self->iterator = NULL;
    self->inner = PyObject_CallMethodNoArgs((PyObject *)iterator, state->next);
    Py_DECREF(iterator);
    return self->inner == NULL ? -1 : 0;
}

/* Take a value that is here: 1: it is taken, 0: there is none, -1: an error. */
static int
take_value(State *state, ItemIterator *iterator, PyObject **value)
{
    PyObject *values = Py_XNewRef(iterator->values);
    Py_ssize_t left = values == NULL ? 0 : PyObject_Size(values);
    if (left > 0)
        *value = PyObject_CallMethodNoArgs(values, state->popleft);
    Py_XDECREF(values);
    if (left <= 0)
        return (int)left;
    if (*value != NULL && left == 1) {
        PyObject *none = PyObject_CallMethodNoArgs((PyObject *)iterator, state->exhausted);
        if (none == NULL)
            Py_CLEAR(*value);
        else
            Py_DECREF(none);
    }
    return *value == NULL ? -1 : 1;
}

static PySendResult
next_send(NextItem *self, PyObject *sent, PyObject **result)
{
    State *state = state_of(Py_TYPE(self));
    *result = NULL;
    ItemIterator *iterator = self->iterator;
    if (iterator != NULL) {
        self->iterator = NULL; /* what is called may send to this again */
        int taken = take_value(state, iterator, result);
        if (taken != 0) {
            if (taken > 0)
                Py_XSETREF(iterator->spare, Py_NewRef(self));
            Py_DECREF(iterator);
            return taken > 0 ? PYGEN_RETURN : PYGEN_ERROR;
        }
        self->iterator = iterator;
    }
    if (begin_to_wait(state, self) < 0)
        return PYGEN_ERROR;
    PyObject *inner = Py_NewRef(self->inner);
    PySendResult how = PyIter_Send(inner, sent, result);
    Py_DECREF(inner);
    return how;
}

static PyObject *
next_result(PySendResult how, PyObject *result)
{
    if (how != PYGEN_RETURN)
        return result;
    PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, result);
    Py_DECREF(result);
    if (stop != NULL) {
        PyErr_SetObject(PyExc_StopIteration, stop);
        Py_DECREF(stop);
    }
    return NULL;
}

#if PY_VERSION_HEX >= 0x030C0000

#define MOST_KEPT_BYTES 4096

/* Whether it does no harm to keep a value until the next one comes. */
static int
may_be_kept(PyObject *value)
{
    return PyFloat_CheckExact(value) || value == Py_None ||
           PyLong_CheckExact(value) ||
           (PyBytes_CheckExact(value) && PyBytes_GET_SIZE(value) <= MOST_KEPT_BYTES);
}

/* Give a value by a StopIteration that is used again: from Python 3.12 on `async for` takes it so,
and to make a new one for each costs as much as all else. */
static PyObject *
stop_again(State *state, PyObject *value)
{
    PyStopIterationObject *stop = (PyStopIterationObject *)state->stop;
    if (stop == NULL || Py_REFCNT(stop) != 1) {
        PyObject *made = PyObject_CallOneArg(PyExc_StopIteration, value);
        Py_DECREF(value);
        if (made == NULL)
            return NULL;
        Py_XSETREF(state->stop, Py_NewRef(made));
        PyErr_SetRaisedException(made);
        return NULL;
    }
    PyObject *arguments = PyTuple_Pack(1, value);
    if (arguments == NULL) {
        Py_DECREF(value);
        return NULL;
    }
    Py_XSETREF(stop->args, arguments);
    Py_XSETREF(stop->value, value);
    Py_CLEAR(stop->traceback);
    Py_CLEAR(stop->context);
    PyErr_SetRaisedException(Py_NewRef((PyObject *)stop));
    return NULL;
}

#endif

static PyObject *
next_iternext(NextItem *self)
{
    PyObject *result;
    PySendResult how = next_send(self, Py_None, &result);
#if PY_VERSION_HEX >= 0x030C0000
    if (how == PYGEN_RETURN && may_be_kept(result))
        return stop_again(state_of(Py_TYPE(self)), result);
#endif
    return next_result(how, result);
}

static PyObject *
next_send_method(NextItem *self, PyObject *sent)
{
    PyObject *result;
    PySendResult how = next_send(self, sent, &result);
    return next_result(how, result);
}

static PyObject *
next_throw(NextItem *self, PyObject *arguments)
{
    if (begin_to_wait(state_of(Py_TYPE(self)), self) < 0)
        return NULL;
    PyObject *inner = Py_NewRef(self->inner);
    PyObject *throw = PyObject_GetAttrString(inner, "throw");
    PyObject *result = throw == NULL ? NULL : PyObject_CallObject(throw, arguments);
    Py_XDECREF(throw);
    Py_DECREF(inner);
    return result;
}

static PyObject *
next_close(NextItem *self, PyObject *Py_UNUSED(ignored))
{
    Py_CLEAR(self->iterator);
    if (self->inner == NULL)
        Py_RETURN_NONE;
    PyObject *inner = Py_NewRef(self->inner);
    PyObject *result = PyObject_CallMethod(inner, "close", NULL);
    Py_DECREF(inner);
    return result;
}

static PyMethodDef next_methods[] = {
    {"send", (PyCFunction)next_send_method, METH_O, NULL},
    {"throw", (PyCFunction)next_throw, METH_VARARGS, NULL},
    {"close", (PyCFunction)next_close, METH_NOARGS, NULL},
    {NULL},
};

static PyType_Slot next_slots[] = {
    {Py_tp_doc, "The next item, to be awaited; nothing is taken before."},
    COLLECTED_SLOTS(next),
    {Py_tp_methods, next_methods},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, next_iternext},
    {Py_am_await, PyObject_SelfIter},
    {Py_am_send, next_send},
    {0, NULL},
};

static PyType_Spec next_spec = {
    .name = "stream_core.per_item.NextItem",
    .basicsize = sizeof(NextItem),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = next_slots,
};

#define ITERATOR_KEEPS(DO) DO(self->values); DO(self->spare);
COLLECTED(iterator, ItemIterator, ITERATOR_KEEPS)

static PyObject *
iterator_anext(ItemIterator *self)
{
    NextItem *next = (NextItem *)self->spare;
    if (next != NULL && Py_REFCNT(next) == 1)
        self->spare = NULL;
    else {
        PyTypeObject *type = state_of(Py_TYPE(self))->next_item;
        next = PyObject_GC_New(NextItem, type);
        if (next == NULL)
            return NULL;
        next->iterator = NULL;
        next->inner = NULL;
        PyObject_GC_Track(next);
    }
    next->iterator = (ItemIterator *)Py_NewRef(self);
    return (PyObject *)next;
}

static PyMemberDef iterator_members[] = {
    {"_values", T_OBJECT_EX, offsetof(ItemIterator, values), 0, NULL},
    {NULL},
};

static PyType_Slot iterator_slots[] = {
    {Py_tp_doc, "Gives items one by one."},
    COLLECTED_SLOTS(iterator),
    {Py_tp_members, iterator_members},
    {Py_am_anext, iterator_anext},
    {Py_am_aiter, PyObject_SelfIter},
    {0, NULL},
};

static PyType_Spec iterator_spec = {
    .name = "stream_core.per_item.ItemIterator",
    .basicsize = sizeof(ItemIterator),
    .flags = BASE_TYPE,
    .slots = iterator_slots,
};

/* --------------------------------------------------------------------------------------- module */

/* Make a type, and name it in the module; keep it where that is given. */
static int
add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **kept)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (type == NULL)
        return -1;
    int failed = PyModule_AddType(module, type);
    if (kept != NULL)
        *kept = type;
    else
        Py_DECREF(type);
    return failed;
}

static int
per_item_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    PyObject *time = PyImport_ImportModule("time");
    if (time == NULL)
        return -1;
    state->perf_counter_ns = PyObject_GetAttrString(time, "perf_counter_ns");
    Py_DECREF(time);
    if (state->perf_counter_ns == NULL)
        return -1;
    if ((state->append = PyUnicode_InternFromString("append")) == NULL ||
        (state->exhausted = PyUnicode_InternFromString("_exhausted")) == NULL ||
        (state->filled = PyUnicode_InternFromString("filled")) == NULL ||
        (state->next = PyUnicode_InternFromString("_next")) == NULL ||
        (state->popleft = PyUnicode_InternFromString("popleft")) == NULL ||
        (state->send = PyUnicode_InternFromString("_send")) == NULL ||
        (state->send_nowait = PyUnicode_InternFromString("_send_nowait")) == NULL)
        return -1;
    if (add_type(module, &lane_spec, &state->lane) < 0 ||
        add_type(module, &holder_spec, &state->lane_holder) < 0 ||
        add_type(module, &lane_sender_spec, NULL) < 0 ||
        add_type(module, &box_spec, &state->box) < 0 ||
        add_type(module, &box_sender_spec, NULL) < 0 ||
        add_type(module, &next_spec, &state->next_item) < 0 ||
        add_type(module, &iterator_spec, NULL) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "COMPILED", Py_True);
}

static int
per_item_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->box);
    Py_VISIT(state->lane);
    Py_VISIT(state->lane_holder);
    Py_VISIT(state->next_item);
    Py_VISIT(state->perf_counter_ns);
    Py_VISIT(state->stop);
    return 0;
}

static int
per_item_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->box);
    Py_CLEAR(state->lane);
    Py_CLEAR(state->lane_holder);
    Py_CLEAR(state->next_item);
    Py_CLEAR(state->perf_counter_ns);
    Py_CLEAR(state->stop);
    Py_CLEAR(state->append);
    Py_CLEAR(state->exhausted);
    Py_CLEAR(state->filled);
    Py_CLEAR(state->next);
    Py_CLEAR(state->popleft);
    Py_CLEAR(state->send);
    Py_CLEAR(state->send_nowait);
    return 0;
}

static void
per_item_free(void *module)
{
    per_item_clear(module);
}

static PyModuleDef_Slot per_item_slots[] = {
    {Py_mod_exec, per_item_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef per_item_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "stream_core.per_item",
    .m_doc = "What is done for each single item, in C.",
    .m_size = sizeof(State),
    .m_slots = per_item_slots,
    .m_traverse = per_item_traverse,
    .m_clear = per_item_clear,
    .m_free = per_item_free,
};

PyMODINIT_FUNC
PyInit_per_item(void)
{
    return PyModuleDef_Init(&per_item_module);
}
